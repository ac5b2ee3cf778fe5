(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (and)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
