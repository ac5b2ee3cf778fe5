(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (stdev-return "SPY" {:window 1}) 2)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
