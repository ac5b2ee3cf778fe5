"""One run told whole: what happened, why, and the folder that proves it."""
