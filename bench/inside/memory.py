"""How much memory a process took at most."""

import resource


def megabytes(who: int = resource.RUSAGE_SELF) -> float:
    """The largest resident size so far, of this process or (RUSAGE_CHILDREN) of the largest it waited for."""
    return resource.getrusage(who).ru_maxrss / 1024
