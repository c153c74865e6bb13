"""What derivatives at the optimum say of uncertainty: observed and expected information, Kenward-Roger's adjustment."""
