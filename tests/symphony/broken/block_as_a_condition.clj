(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (asset "SPY" nil)
    [(asset "BIL" nil)]))
