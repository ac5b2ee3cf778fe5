(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-equal [
    (asset "SPY" "S&P 500")
    (group "bonds" [
      (asset "TLT" nil)
  ])
