"""Profile: a production database's statistics, aggregates alone, as the shape of a dataset."""
