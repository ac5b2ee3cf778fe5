(defsymphony "Half and half" {:rebalance-frequency :daily}
  (if (> (cumulative-returns "SPY" {:window 10}) 70)
    [(asset "BIL" nil)]
    [(asset "SPY" nil)]))
