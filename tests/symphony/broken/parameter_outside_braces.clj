(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (rsi "SPY" 10) 70)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
