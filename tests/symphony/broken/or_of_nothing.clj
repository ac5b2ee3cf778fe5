(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (and (> (rsi "SPY" {:window 10}) 50) (or))
    [(asset "BIL" nil)]))
