"""Sources and stages, how they join, and what the stages of one turn share."""
