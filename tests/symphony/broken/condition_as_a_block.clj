(defsymphony "Half and half" {:rebalance-frequency :daily}
  (> (rsi "SPY" {:window 10}) 70))
