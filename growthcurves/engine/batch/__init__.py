"""Many replicates of one problem fitted side by side: the criterion, faces and search with one more leading axis."""
