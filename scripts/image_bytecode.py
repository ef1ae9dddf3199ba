"""Compile what hunkwise uses of the standard library, for the image: `image_bytecode.py TARGET`.

A slim base image carries no bytecode, and a container that ends after one run would compile the same modules each time.
All of hunkwise is imported, so a module that the environment lacks is missed here and not in a user's run.
"""

import os
import py_compile
import subprocess
import sys
import sysconfig

USED = """
import importlib, pkgutil, sys
import hunkwise
for module in pkgutil.walk_packages(hunkwise.__path__, "hunkwise."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
print("\\n".join(name for name in files if name.endswith(".py")))
"""
"""Prints where each module lies that hunkwise's own imports reach."""


def main() -> None:
    """Write the bytecode under TARGET, in the folders where Python looks for it."""
    library = os.path.realpath(sysconfig.get_path("stdlib"))
    root = os.path.join(sys.argv[1], os.path.basename(library))
    listed = subprocess.run([sys.executable, "-I", "-c", USED], check=True, capture_output=True, text=True)
    for source in listed.stdout.splitlines():
        inside = os.path.relpath(os.path.realpath(source), library)
        if inside.startswith((os.pardir, "site-packages")):
            continue
        folder, name = os.path.split(inside)
        compiled = f"{name.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
        py_compile.compile(source, os.path.join(root, folder, "__pycache__", compiled), doraise=True)


main()
