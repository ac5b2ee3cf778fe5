"""What looks strange about a decision: pure rules, and who gathers what they need."""
