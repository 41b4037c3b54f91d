"""What is wrong with a set-up and how to fix it, and the issue about failing nights.

Whatever runs in the workflow's first and last job needs the standard library only.
"""
