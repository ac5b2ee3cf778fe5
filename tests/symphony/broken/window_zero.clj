(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (moving-average-price "SPY" {:window 0}) 70)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
