"""The faces: parse words, call one task, print one report. No logic."""
