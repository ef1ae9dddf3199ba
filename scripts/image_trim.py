"""Make an environment small and quick to start, for the image: `image_trim.py ENVIRONMENT STDLIB`.

Takes away what no program reads (tests, type stubs, headers, sources of extensions), compiles the rest, and writes to
STDLIB the bytecode of those modules of the standard library that hunkwise's own imports reach.
"""

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig

UNREAD = (".pyi", ".pyx", ".pxd", ".c", ".cc", ".cpp", ".h", ".hpp", ".rs", ".a")
"""Endings of files that Python does not open at run time."""

TESTS = ("tests", "test", "testing")
"""Folders of tests inside packages; those that are packages themselves stay, for something may import them."""

USED = """
import importlib, pkgutil, sys
import hunkwise, github
for module in pkgutil.walk_packages(hunkwise.__path__, "hunkwise."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
print("\\n".join(name for name in files if name.endswith(".py")))
"""
"""Imports all of hunkwise, and prints where each module lies that this reached."""


def main() -> None:
    """Do it, and print what it saved."""
    folder, target = sys.argv[1:]
    before = _size(folder)
    for base, folders, names in os.walk(folder):
        for name in [each for each in folders if each in TESTS and "site-packages" in base]:
            if os.path.exists(os.path.join(base, name, "__init__.py")):
                continue
            shutil.rmtree(os.path.join(base, name))
            folders.remove(name)
        for name in names:
            if name.endswith(UNREAD):
                os.remove(os.path.join(base, name))
    print("taken away:", (before - _size(folder)) // 1024, "kB")
    if not compileall.compile_dir(folder, quiet=1, workers=0):
        sys.exit("image_trim: not everything compiles")
    print("environment:", _size(folder) // 1024, "kB; standard library's bytecode:", _stdlib(target) // 1024, "kB")


def _stdlib(target: str) -> int:
    library = os.path.realpath(sysconfig.get_path("stdlib"))
    listed = subprocess.run([sys.executable, "-I", "-c", USED], check=True, capture_output=True, text=True)
    for source in listed.stdout.splitlines():
        inside = os.path.relpath(os.path.realpath(source), library)
        if not inside.startswith((os.pardir, "site-packages")):
            compiled = sys.implementation.cache_tag
            name = os.path.basename(source)[: -len(".py")] + "." + compiled + ".pyc"
            place = os.path.join(target, os.path.basename(library), os.path.dirname(inside), "__pycache__")
            os.makedirs(place, exist_ok=True)
            py_compile.compile(source, os.path.join(place, name), doraise=True)
    return _size(target)


def _size(folder: str) -> int:
    return sum(
        os.path.getsize(os.path.join(base, name))
        for base, _, names in os.walk(folder)
        for name in names
        if not os.path.islink(os.path.join(base, name))
    )


if __name__ == "__main__":
    main()
