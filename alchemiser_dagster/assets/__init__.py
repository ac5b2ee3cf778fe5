"""The Dagster skin: one thin file per stage; bodies call the rooms below."""
