"""Safety over subjects: clocks of serious events, lists of work, the board, notices."""
