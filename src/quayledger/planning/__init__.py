"""Planning of port operations: pure functions over plain data, each with a baseline and a bound."""
