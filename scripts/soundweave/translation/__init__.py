"""The translation runner: N candidates in parallel, the best one chosen, reviewed and revised.

settings -> texts -> engines (chat, apertium, recordings) -> stages -> pipeline -> results:
nothing imports what is to its right.
"""
