"""The language of formulas: one tokenizer, one parser, an immutable tree, and what the tree makes of a table.

Reading what a user wrote happens here and nowhere else. No text is ever handed to Python to be run, nor to a library.
"""
