"""Pictures of a trading day: pure functions from figures to PNG or SVG."""
