"""The ``groupdocs-translation`` command: parse arguments, call the Python API, print the result. Holds no logic.

Needs the extra ``cli`` (click for arguments and shell completion, rich for progress and tables).
"""
