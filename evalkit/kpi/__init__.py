"""KPIs of a release from its facts: every number with n, interval, method and coverage."""
