"""Every word of every rule changed in turn, to see that somebody notices: the loader, which refuses it, or a scenario,
which is not told what it expects. `make mutants` tries all of them; `test_scenario_mutants.py` a part of them.

A word that can be changed without anybody noticing is needless, or the scenarios do not prove it: take it out, or add a
row or a scenario beside the pack. Those whose change means the same are listed in `equal.toml`, each with the reason.
"""
