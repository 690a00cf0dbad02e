"""SWIFT MT messages of category 7: documentary credits."""
