// Placeholder: see the interface in the plan.
