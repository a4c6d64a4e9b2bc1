"""What a person sees and does. Modules that hold state, transitions and frame composition import no Qt."""
