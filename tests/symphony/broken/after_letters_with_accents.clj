(defsymphony "Accélération" {}
  (weight-equal [(asset "MC" "Moët Hennessy – Louis Vuitton") (aset "OR" "L’Oréal")]))
