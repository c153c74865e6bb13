"""The ladder of models: unconditional means, unconditional growth, conditional growth, on the same rows.

`rungs` says which models, `numbers` makes their table, `report` prints it. Never estimation of its own, never pictures.
"""
