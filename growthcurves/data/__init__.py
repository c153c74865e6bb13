"""Tables: reading, reshaping, roles and validation, shipped datasets. Never models or estimation."""
