"""Figures: problems, holding time, rates, what is counted, explained and foretold."""
