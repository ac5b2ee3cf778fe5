(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (asset "SPY" nil) 70)
    [(asset "BIL" nil)]))
