"""What is told of a claim where no rule is sure, as numbers and signs, and the verdict they weigh out."""
