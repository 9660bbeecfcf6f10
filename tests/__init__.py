"""The tests. Each folder tests the folder of the same name; `hub` tests the whole, `house` the rules of the house."""
