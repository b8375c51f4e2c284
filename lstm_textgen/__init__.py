"""Learns to write like any text with an LSTM."""
import hy  # makes the .hy modules importable
