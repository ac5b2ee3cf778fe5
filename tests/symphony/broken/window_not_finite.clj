(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (rsi "SPY" {:window 1e400}) 2)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
