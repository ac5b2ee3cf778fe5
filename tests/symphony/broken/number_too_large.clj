(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (rsi "SPY" {:window 10}) 1e999)
    [(asset "BIL" nil)]))
