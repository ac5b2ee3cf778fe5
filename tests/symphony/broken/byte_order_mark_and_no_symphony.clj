"SPY"
