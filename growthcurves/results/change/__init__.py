"""The change report: how fast on average, how much persons differ, where they stand, and what explains it.

One file per block of the report; definitions follow docs/change-report.md. Never estimation, never pictures.
"""
