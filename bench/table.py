"""The one form in which benchmarks print what they measured: ours and a peer's figure of the same run, their ratio, the goal and whether it is met."""

import statistics

median = statistics.median


def header():
    print("| | harness | peer | ratio | goal | met |\n|---|---|---|---|---|---|", flush=True)


def row(what, ours, peer, unit, goal="", met=None, digits=0):
    """`peer` is (name, figure), or None; `goal` is a text, `met` is left out where there is none."""
    name, figure = peer if peer else ("", None)
    other = f"{name}: {figure:.{digits}f}" if peer else ""
    ratio = f"{ours / figure:.2f}" if peer and figure else ""
    print(f"| {what} | {ours:.{digits}f} {unit} | {other} | {ratio} | {goal} | {'' if met is None else 'yes' if met else '**no**'} |", flush=True)
