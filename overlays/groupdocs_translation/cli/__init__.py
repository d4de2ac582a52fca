"""The command ``groupdocs-translation``: arguments in, a call of the Python API, results out. Holds no logic.

Needs the extra ``cli`` (click for arguments and shell completion, rich for progress and tables).
"""
