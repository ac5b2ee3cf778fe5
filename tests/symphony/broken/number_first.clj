(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (< 70 (rsi "SPY" {:window 10}))
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
