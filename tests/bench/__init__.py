"""Figures: `make bench`. Prints, never judges: a shared machine makes every absolute figure move.

What holds is the ratio to an anchor measured in the same run, turn by turn with our own.
"""
