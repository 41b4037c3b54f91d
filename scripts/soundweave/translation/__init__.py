"""The translation runner: N candidates in parallel, the best one chosen, reviewed and revised.

settings -> texts -> providers (chat, apertium, recordings) -> stages -> pipeline -> results:
nothing knows what stands to its right.
"""
