(defsymphony "Half and half" {:rebalance-frequency :daily}
  (asset "NESN" "Nestlé"))
