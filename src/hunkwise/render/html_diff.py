"""The diff of the HTML page, as a code host shows it, comments under their lines.

Size is linear in the diff: one table row a line, no line left out. Only a very long line is cut, and says by
how much. What is closed is closed by `<details>`, so that it opens without a script.
"""

from collections.abc import Iterator
from itertools import groupby

from hunkwise.model.diff import DiffLine, FileDiff, FileStatus, Hunk, LineKind, UnreadableFile
from hunkwise.model.ledger import HunkState
from hunkwise.model.report import ReviewReport
from hunkwise.render import html_finding, html_ledger
from hunkwise.render import html_places as places_of
from hunkwise.render.figures import plural
from hunkwise.render.html_places import HunkPlace, Places
from hunkwise.render.html_text import attribute, shown

MAX_OPEN_LINES = 5_000
"""Lines of hunks up to which all reviewed files are open; above, only files with findings (our own choice: a
browser lays out this many rows in well under a second)."""

MAX_LINE_CHARS = 4_000
"""Characters of one line that are shown; minified code has lines of megabytes that nobody reads (our own choice)."""

MAX_OPEN_FILES = 25
"""Files up to which the list of files is open (our own choice: about one desktop screen)."""

_ROW_CLASSES = {LineKind.ADDED: "a", LineKind.DELETED: "d", LineKind.CONTEXT: "c"}
_SIGNS = {LineKind.ADDED: "+", LineKind.DELETED: "\N{MINUS SIGN}", LineKind.CONTEXT: ""}
_NO_NEWLINE = '<tr class="x"><td></td><td></td><td>\\</td><td>No newline at end of file</td></tr>'


def changes(report: ReviewReport, places: Places) -> str:
    """Return the section that shows every file of the change, and each that could not be read."""
    files = report.diff.files
    with_findings = _files_with_findings(places)
    lines = [line for file in files for hunk in file.hunks for line in hunk.lines]
    crowded = len(lines) > MAX_OPEN_LINES
    parts = ['<section id="changes" aria-labelledby="changes-title"><h2 id="changes-title">Changes</h2>']
    if not files and not report.diff.unreadable:
        parts.append("<p>The change holds no files.</p>")
    if files:
        parts.append(_navigation(files, with_findings))
    if crowded:
        parts.append(
            f'<p class="note">This change shows {plural(len(lines), "line")}. Files without findings are closed; '
            f"open one to read it.</p>"
        )
    cut = sum(len(line.text) > MAX_LINE_CHARS for line in lines)
    if cut:
        parts.append(f'<p class="note">Shown up to {MAX_LINE_CHARS:,} characters only: {plural(cut, "long line")}.</p>')
    for index, file in enumerate(files):
        is_open = bool(with_findings.get(index)) or not (crowded or _is_skipped(file, index, places))
        parts.extend(_file(report, places, index, is_open=is_open))
    parts.extend(_torn(torn) for torn in report.diff.unreadable)
    parts.append("</section>")
    return "".join(parts)


def _torn(torn: UnreadableFile) -> str:
    return (
        f'<section class="file torn"><div class="file-head"><h3><code>{shown(torn.path)}</code></h3></div>'
        f'<p class="note failed">Could not be read: {shown(torn.reason)}. About {plural(torn.hunks, "hunk")} '
        f"not shown and not reviewed.</p></section>"
    )


def _files_with_findings(places: Places) -> dict[int, int]:
    """Return the number of comments by file index."""
    ordered = sorted(places.comments)
    by_file = groupby(ordered, key=lambda place: place[0])
    return {index: sum(len(places.comments[place]) for place in group) for index, group in by_file}


def _is_skipped(file: FileDiff, index: int, places: Places) -> bool:
    entries = [places.entries.get((index, hunk_index)) for hunk_index in range(len(file.hunks))]
    return bool(entries) and all(entry is not None and entry.state is HunkState.SKIPPED for entry in entries)


def _navigation(files: tuple[FileDiff, ...], with_findings: dict[int, int]) -> str:
    is_open = " open" if len(files) <= MAX_OPEN_FILES else ""
    items = "".join(
        f'<li><a href="#{places_of.file_id(index)}"><code>{shown(file.path)}</code></a>'
        f"{_comment_count(with_findings.get(index, 0))}{_counts(file)}</li>"
        for index, file in enumerate(files)
    )
    return (
        f'<nav aria-label="Files of the change"><details class="fold"{is_open}>'
        f"<summary>{plural(len(files), 'file')}</summary><ul>{items}</ul></details></nav>"
    )


def _comment_count(count: int) -> str:
    return f' <span class="chip found">{plural(count, "finding")}</span>' if count else ""


def _counts(file: FileDiff) -> str:
    if not file.hunks:
        return ""
    return (
        f'<span class="counts"><span class="plus">+{file.added:,}</span> '
        f'<span class="minus">\N{MINUS SIGN}{file.deleted:,}</span></span>'
    )


def _file(report: ReviewReport, places: Places, index: int, *, is_open: bool) -> Iterator[str]:
    file = report.diff.files[index]
    yield f'<details class="file" id="{places_of.file_id(index)}"{" open" if is_open else ""}>'
    yield f'<summary class="file-head"><h3>{_name(file)}</h3>'
    yield f'<span class="chip">{file.status.value}</span>{_mode(file)}{_counts(file)}</summary>'
    yield "".join(f'<p class="note">{note}</p>' for note in _notes(file))
    if file.hunks:
        label = attribute(f"Changed lines of {file.path}")
        yield f'<div class="code" tabindex="0" role="group" aria-label="{label}"><table>'
        yield "<thead><tr><th>Old line</th><th>New line</th><th>Change</th><th>Code</th></tr></thead>"
        for hunk_index, hunk in enumerate(file.hunks):
            yield from _hunk(report, places, (index, hunk_index), hunk)
        yield "</table></div>"
    yield "</details>"


def _name(file: FileDiff) -> str:
    new = f"<code>{shown(file.path)}</code>"
    if file.path == file.old_path:
        return new
    return f'<code>{shown(file.old_path)}</code> <span aria-label="to">\N{RIGHTWARDS ARROW}</span> {new}'


def _mode(file: FileDiff) -> str:
    if file.old_mode == file.new_mode:
        return ""
    if file.old_mode and file.new_mode:
        return f'<span class="chip mode">mode {shown(file.old_mode)} \N{RIGHTWARDS ARROW} {shown(file.new_mode)}</span>'
    return f'<span class="chip mode">mode {shown(file.old_mode or file.new_mode or "")}</span>'


def _notes(file: FileDiff) -> Iterator[str]:
    """Give what the lines alone don't tell."""
    if file.is_submodule:
        yield "A submodule: the change moves it to another commit, whose contents are not part of this diff."
    if file.undecodable:
        yield "Not valid UTF-8: its text is shown as Latin-1."
    if file.is_binary:
        yield "A binary file: its contents are not shown."
    elif not file.hunks and not file.is_submodule:
        yield _without_lines(file)


def _without_lines(file: FileDiff) -> str:
    if file.status in (FileStatus.ADDED, FileStatus.DELETED):
        return "An empty file."
    if file.status is FileStatus.MODIFIED:
        return "No line changes." if file.old_mode == file.new_mode else "Only the mode changes."
    return f"{file.status.value.capitalize()} without a change to its lines."


def _hunk(report: ReviewReport, places: Places, place: HunkPlace, hunk: Hunk) -> Iterator[str]:
    entry = places.entries.get(place)
    end = html_ledger.how_it_ended(entry) if entry else '<span class="chip failed">not in the ledger</span>'
    section = f' <span class="in">{shown(hunk.section)}</span>' if hunk.section else ""
    yield f'<tbody id="{places_of.hunk_id(place)}"><tr class="h"><th colspan="4" scope="rowgroup"><div class="stay">'
    yield f"<code>{hunk.header}{section}</code> {end}</div></th></tr>"
    for index, line in enumerate(hunk.lines):
        spot = (*place, index)
        yield _line(line, is_marked=spot in places.marked)
        for found in places.comments.get(spot, ()):
            comment = html_finding.comment(found, report.findings[found], places.quoted[found])
            yield f'<tr class="talk"><td colspan="4"><div class="stay">{comment}</div></td></tr>'
    yield "</tbody>"


def _line(line: DiffLine, *, is_marked: bool) -> str:
    mark = " m" if is_marked else ""
    row = (
        f'<tr class="{_ROW_CLASSES[line.kind]}{mark}"><td>{line.old or ""}</td><td>{line.new or ""}</td>'
        f"<td>{_SIGNS[line.kind]}</td><td>{_text(line.text)}</td></tr>"
    )
    return row if line.ends else row + _NO_NEWLINE


def _text(text: str) -> str:
    if len(text) <= MAX_LINE_CHARS:
        return shown(text)
    cut = len(text) - MAX_LINE_CHARS
    return f'{shown(text[:MAX_LINE_CHARS])} <span class="cut">{plural(cut, "more character")} not shown</span>'
