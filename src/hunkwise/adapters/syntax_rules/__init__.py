"""Structural rules over syntax trees, on changed lines only: the embedded engine's eyes."""

from hunkwise.adapters.syntax_rules.engine import AstGrepRules
from hunkwise.adapters.syntax_rules.literals import AstGrepLiterals
from hunkwise.adapters.syntax_rules.outlines import AstGrepOutliner
from hunkwise.adapters.syntax_rules.plain_lines import AstGrepPlainLines

__all__ = ["AstGrepLiterals", "AstGrepOutliner", "AstGrepPlainLines", "AstGrepRules"]
