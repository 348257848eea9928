"""The cockpit: Locust's web page over a stack that a supervisor prepares anew for each test."""
